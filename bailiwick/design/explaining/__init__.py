"""Why a plan is as it is: what puts it out of its limits and what would do, why a unit lies where it lies."""
