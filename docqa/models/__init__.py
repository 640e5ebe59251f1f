"""What completes a prompt: vLLM in this process (``vllm``) or any OpenAI-compatible server (``server``).

Both are a ``ChatModel`` (``chat``); ``session`` stands in front of either and remembers replies, reads them into
records and asks again when one can't be read.
"""
