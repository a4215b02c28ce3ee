"""python -m simulators.szamlazz"""

import sys

from simulators.szamlazz import main

sys.exit(main())
