"""python -m integrations.simulator."""

from integrations.simulator.simulator import main

main()
