"""python -m simulators.konto"""

import sys

from simulators.konto import main

sys.exit(main())
