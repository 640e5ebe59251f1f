"""The simulated engine: what it shares, what it bounds, and that its clock is the one that is worked out by hand."""

import itertools
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.throughput.engine import (
    Cost,
    Engine,
    PrefixCache,
    Request,
    best_order,
    blocks_of,
    ideal_time,
    tokens_of,
)

COST = Cost(slots=4, step_s=0.01, per_sequence_s=0.001, per_prefill_token_s=0.0001, prefill_tokens_per_step=256)


def request(text: str, output_tokens: int = 10) -> Request:
    return Request(blocks_of(text), tokens_of(text), output_tokens, text[-8:])


def finish_times(requests: Sequence[Request], cost: Cost, max_steps: int | None = None) -> dict[Request, float]:
    engine = Engine(cost)
    for each in requests:
        engine.add(each)
    times = {}
    while engine.has_work:
        times.update({finished.request: engine.now for finished in engine.step(max_steps).finished})
    return times


def mixed(count: int, seed: int = 0) -> list[Request]:
    """Prompts of up to 400 tokens, three of which begin alike, and replies of 1 to 40."""
    draw = random.Random(seed)
    passages = ["".join(draw.choices("abcdefgh ", k=draw.randint(10, 1200))) for _ in range(count // 3 + 1)]
    return [request(f"{passages[at // 3]} {at:>60} ?", draw.randint(1, 40)) for at in range(count)]


def test_one_request_takes_what_is_computed_by_hand():
    # 250 tokens fit into one step, which gives the first token; 9 more steps give the others.
    assert ideal_time([request("a" * 1000)], COST) == pytest.approx(10 * (0.01 + 0.001) + 250 * 0.0001)


def test_a_prompt_over_the_budget_takes_another_step():
    # 300 tokens: 256 in the first step, which gives no token.
    assert ideal_time([request("a" * 1200)], COST) == pytest.approx(11 * (0.01 + 0.001) + 300 * 0.0001)


def test_a_prefix_that_is_shared_is_computed_once():
    engine = Engine(COST)
    for end in "uvwx":
        engine.add(request("a" * 640 + end * 80))
    step = engine.step()
    assert step.running == 4
    assert step.prefill_tokens == 180 + 3 * (180 - 160)
    assert engine.cached_tokens == 3 * 160


def test_a_prefix_is_still_there_when_its_request_has_finished():
    engine = Engine(COST)
    cached = []
    for _ in range(2):
        engine.add(request("a" * 650))
        while engine.has_work:
            cached += [finished.cached_tokens for finished in engine.step().finished]
    assert cached == [0, 160]


def test_the_last_token_of_a_prompt_is_computed_even_if_all_of_it_is_cached():
    engine = Engine(COST)
    engine.add(request("a" * 640))
    engine.add(request("a" * 640))
    assert engine.step().prefill_tokens == 160 + 16


def test_never_more_run_than_there_are_slots():
    engine = Engine(COST)
    for each in mixed(50):
        engine.add(each)
    running = []
    while engine.has_work:
        running.append(engine.step().running)
    assert max(running) == COST.slots


def test_requests_are_admitted_in_the_order_in_which_they_came():
    requests = [request(f"{at} {'a' * 200}", 5) for at in range(12)]
    assert list(finish_times(requests, COST)) == requests


def test_more_running_sequences_make_a_step_longer_and_the_whole_shorter():
    requests = mixed(60)
    few, many = Cost(slots=4), Cost(slots=16)
    assert ideal_time(requests, many) < ideal_time(requests, few) / 2
    longest = []
    for cost in (few, many):
        engine = Engine(cost)
        for each in requests[:16]:
            engine.add(each)
        engine.step()
        longest.append(engine.step(1).seconds)
    assert longest[0] < longest[1]


@given(st.integers(0, 10_000), st.sampled_from([1, 3, 16]), st.sampled_from([700, 1500, 100_000]))
def test_a_jump_over_many_steps_ends_when_single_steps_would(seed: int, slots: int, kv_tokens: int):
    cost = Cost(slots=slots, kv_tokens=kv_tokens, prefill_tokens_per_step=300)
    requests = mixed(20, seed)
    jumped, stepped = finish_times(requests, cost), finish_times(requests, cost, 1)
    assert list(jumped) == list(stepped)
    assert list(jumped.values()) == pytest.approx(list(stepped.values()))


@given(st.integers(0, 10_000), st.sampled_from([700, 1500]))
def test_the_kv_cache_is_never_overfull_and_empty_of_holders_at_the_end(seed: int, kv_tokens: int):
    engine = Engine(Cost(slots=16, kv_tokens=kv_tokens))
    for each in mixed(30, seed):
        engine.add(each)
    while engine.has_work:
        engine.step()
        assert engine.cache.used <= engine.cache.capacity
    assert engine.cache.used == 0


def test_what_does_not_fit_into_the_kv_cache_waits():
    engine = Engine(Cost(kv_tokens=400))
    for end in "uv":
        engine.add(request(end * 1200))
    assert [engine.step().running for _ in range(4)] == [1, 1, 1, 1]


def test_what_would_never_fit_into_the_kv_cache_is_refused():
    with pytest.raises(ValueError, match="310 tokens do not fit"):
        Engine(Cost(kv_tokens=300)).add(request("a" * 1200))


def test_the_block_that_was_used_least_recently_is_evicted_and_ends_before_beginnings():
    cache = PrefixCache(6)
    for blocks in ([1, 2, 3], [4, 5, 6], [1, 2, 3]):
        assert cache.take(blocks, 0)
        cache.release(blocks, 0)
    assert cache.take([7, 8], 0)
    assert cache.hits([1, 2, 3]) == 3
    assert cache.hits([4, 5, 6]) == 1
    assert cache.evicted == 2


def test_blocks_in_use_are_not_evicted():
    cache = PrefixCache(4)
    assert cache.take([1, 2, 3], 0)
    assert not cache.take([4], 1)
    assert cache.take([1, 2], 1)
    assert cache.hits([1, 2, 3]) == 3


def test_the_best_order_puts_together_what_begins_alike():
    requests = mixed(300)
    random.Random(1).shuffle(requests)
    cost = Cost(slots=2, kv_tokens=1500)
    assert ideal_time(best_order(requests), cost) < ideal_time(requests, cost)
    begins = [each.blocks[:1] for each in best_order(requests)]
    assert sum(a != b for a, b in itertools.pairwise(begins)) == len(set(begins)) - 1


@given(st.text(min_size=1, max_size=400), st.text(max_size=200), st.text(max_size=200))
def test_texts_that_begin_alike_have_the_same_leading_blocks(begin: str, one: str, other: str):
    assert blocks_of(begin + one)[: len(begin) // 64] == blocks_of(begin + other)[: len(begin) // 64]


def test_texts_that_differ_in_one_character_differ_in_all_blocks_from_there_on():
    one, other = blocks_of("轴" * 640), blocks_of("轴" * 100 + "承" + "轴" * 539)
    assert [a == b for a, b in zip(one, other, strict=True)] == [True] + [False] * 9


def test_an_aborted_request_gives_back_its_room_and_the_others_finish():
    engine = Engine(Cost(slots=2, prefill_tokens_per_step=256))
    decoding, partial, waiting, kept = (request(end * 800, 20) for end in "uvwx")
    for each in (decoding, partial, waiting, kept):
        engine.add(each)
    engine.step()
    for each in (decoding, partial, waiting):
        engine.abort(each)
    finished = []
    while engine.has_work:
        finished += [each.request for each in engine.step().finished]
    assert finished == [kept]
    assert engine.cache.used == 0


def test_time_without_work_counts_as_idle_from_the_first_step_on():
    engine = Engine(COST)
    engine.idle_until(5.0)
    engine.add(request("a" * 100))
    while engine.has_work:
        engine.step()
    engine.idle_until(engine.now + 2.0)
    assert engine.idle_s == pytest.approx(2.0)
    assert engine.now == pytest.approx(7.0 + engine.busy_s)
    assert engine.mean_running == pytest.approx(1.0)
