"""What the scenario and fault tests share: the models compiled once, one small database per case."""
