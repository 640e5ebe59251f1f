"""docqa turns a folder of domain documents into a verified supervised fine-tuning set."""

__version__ = "0.1.0"
