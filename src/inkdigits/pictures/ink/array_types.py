"""Types of floating-point arrays; images are ``NDArray[np.uint8]``."""

import numpy as np
from numpy.typing import NDArray

Float32Array = NDArray[np.float32]
Float64Array = NDArray[np.float64]
