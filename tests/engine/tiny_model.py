"""Makes a tiny Qwen3 model with random weights, so that the real engine can be tested on a CPU.

    python tests/engine/tiny_model.py DIR

Two layers and a tokenizer trained on the sentences below: 280 KB, the same bytes each time. It knows nothing; what is
tested is how docqa drives the engine, not what a model says.
"""

import json
import sys
from pathlib import Path

CONTEXT = 4096
"""Tokens the model can read and write in one call."""

_TEXT = (
    "The temperature of the bearing must not exceed 120 °C. Close the suction valve before the pump is started.",
    "A direct debit is an authority given to a company to collect amounts that may vary.",
    "Reply with JSON: the question, the answer, and whether the passage supports it, true or false.",
    "Store the medicine between 2 and 8 degrees; check the cold chain every four hours and record what was read.",
    "小额账户管理费的收费标准是每季度3元。冰排与药品之间应当放置不少于2厘米厚的隔热板，不得直接接触。",
    "轴承温度不得超过120摄氏度。启动水泵之前，应当先关闭吸入阀，并检查油位。",
    '{"question": "What is it?", "answer": "It is a pump.", "grounded": true, "quotes": ["one"], "label": "hard"}',
)

_CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n"
    "{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}{% endif %}"
)


def make(folder: Path) -> Path:
    """Write the model's files into ``folder``, which is made if need be, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    words, end = _tokenizer(folder)
    _weights(folder, words, end)
    return folder


def _tokenizer(folder: Path) -> tuple[int, int]:
    """Train and write the tokenizer; its size, and the token that ends a turn."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=640,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_TEXT, trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "model_max_length": CONTEXT,
        "clean_up_tokenization_spaces": False,
        "chat_template": _CHAT_TEMPLATE,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2), encoding="utf-8")
    end = tokenizer.token_to_id("<|im_end|>")
    assert end is not None
    return tokenizer.get_vocab_size(), end


def _weights(folder: Path, words: int, end: int) -> None:
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(7)
    config = Qwen3Config(
        vocab_size=words,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=32,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        eos_token_id=end,
        pad_token_id=0,
        dtype="bfloat16",
    )
    model = Qwen3ForCausalLM(config).to(torch.bfloat16)
    model.save_pretrained(folder)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(make(Path(sys.argv[1])))
