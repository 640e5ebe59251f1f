"""What the parts of the method all say."""

NAME = "multi-hop"
