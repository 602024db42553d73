"""Every source by name."""

from bailiwick.sources.cms_provider_service import CMS_PROVIDER_SERVICE
from bailiwick.sources.company import ALIGNMENT, ROSTER, SALES
from bailiwick.sources.nppes import NPPES
from bailiwick.sources.sites import SITES
from bailiwick.sources.volumes import VOLUMES

SOURCES = {s.name: s for s in (CMS_PROVIDER_SERVICE, NPPES, SITES, VOLUMES, SALES, ROSTER, ALIGNMENT)}
