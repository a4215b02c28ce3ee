"""python -m simulators.kontozz"""

import sys

from simulators.kontozz import main

sys.exit(main())
