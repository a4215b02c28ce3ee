"""python -m simulators.jortt"""

import sys

from simulators.jortt import main

sys.exit(main())
