"""Local driving between the stops of one outing."""

import numpy as np
import numpy.typing as npt

BHH = 0.7124  # length of the best tour through n random points in area A is 0.7124·sqrt(n·A) in the limit
CIRCUITY = 1.3  # road miles per straight mile on short journeys
LOCAL_MPH = 28.0


def tour_miles(
    trips: npt.NDArray[np.float64],
    stops_per_trip: float,
    area_sq_miles: npt.NDArray[np.float64],
    circuity: float = CIRCUITY,
) -> npt.NDArray[np.float64]:
    """Miles a year driven between stops, by unit: trips · 0.7124 · k · sqrt(area · stops).

    Beardwood, Halton and Hammersley 1959, doi:10.1017/S0305004100034095; as a planning formula
    Daganzo 1984, doi:10.1287/trsc.18.4.331. The way from the base and back is line haul and not part of it.

    trips: outings a year ``[n]``. area_sq_miles: land area ``[n]``.
    """
    return np.asarray(
        trips * BHH * circuity * np.sqrt(np.maximum(area_sq_miles, 0.0) * stops_per_trip), dtype=np.float64
    )
