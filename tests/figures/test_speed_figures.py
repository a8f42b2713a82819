"""The figures of lesson 08 show the numbers that they are given, in words and without colour too."""

import numpy as np
import pandas as pd
import pytest
from transformers import DistilBertConfig, DistilBertModel

from utils import benchmarking, figures

SWEEP = pd.DataFrame(
    [
        ("BERT", 1, 16, 20.04, 19.0, 21.55),
        ("BERT", 1, 128, 61.0, 60.0, 62.0),
        ("BERT", 32, 128, 1520.4, 1400.0, 1600.0),
        ("DistilBERT", 1, 128, 31.0, 30.5, 32.0),
        ("DistilBERT", 1, 16, 11.0, 10.0, 10.9),  # a bootstrap's interval need not hold the value
    ],
    columns=["model", "batch", "tokens", "median", "low", "high"],
)
RATIOS = pd.DataFrame({"value": [1.8, 1.95], "low": [1.7, 1.9], "high": [1.9, 2.0]})
RATIOS.index = pd.MultiIndex.from_tuples([(1, 16), (32, 128)])
PAIRS = {"BERT": RATIOS, "RoBERTa": RATIOS[:1].set_axis(["the encoder alone"])}
ORDERS = {"as they come": [10, 2, 3, 9, 4], "sorted": [2, 3, 4, 9, 10]}
MODELS = pd.DataFrame(
    {
        "accuracy": [0.95, 0.93, 0.93, 0.92],
        "low": [0.93, 0.9, 0.91, 0.9],
        "high": [0.96, 0.95, 0.95, 0.94],
        "milliseconds": [25, 12, 5.04, 5.04],
        "megabytes": [499, 268, 67.6, 60],
    },
    index=["RoBERTa", "DistilBERT", "int8", "tiny"],
)
SHARES = {"BERT": pd.Series([0.25, 0.8], RATIOS.index), "mini": pd.Series([0.05], RATIOS.index[:1])}

DRAW = {
    "latencies": lambda: figures.latencies(SWEEP, "Measured"),
    "speed-ups": lambda: figures.speed_ups(PAIRS, "Students", {"BERT": 1.63}),
    "padding": lambda: figures.padding(ORDERS, 2, "Batches"),
    "pareto": lambda: figures.pareto(MODELS, "Four"),
    "limit": lambda: figures.limit_shares(SHARES, 181.4, "Speed"),
}
TOLD = {
    "latencies": (
        "Lines with 95 % intervals. Measured, in milliseconds. BERT, batch of 1: 20 (19 to 21.6) at 16 tokens, "
        "61 (60 to 62) at 128 tokens; DistilBERT, batch of 1: 11 (10 to 10.9) at 16 tokens, 31 (30.5 to 32) at 128 "
        "tokens; BERT, batch of 32: 1,520 (1,400 to 1,600) at 128 tokens."
    ),
    "speed-ups": (
        "Dots with 95 % intervals. Students, times as fast. BERT, published 1.63: batch 1, 16 tokens 1.8 (1.7 to 1.9); "
        "batch 32, 128 tokens 1.95 (1.9 to 2). RoBERTa: the encoder alone 1.8 (1.7 to 1.9)."
    ),
    "padding": (
        "Bars. Batches, batches of 2. as they come: 28 tokens and 14 of padding, 33% padding; "
        "sorted: 28 tokens and 6 of padding, 18% padding."
    ),
    "pareto": (
        "Marks, the larger the more megabytes. Four. RoBERTa: accuracy 0.950 (0.930 to 0.960), 25 ms, 499 MB; "
        "DistilBERT: accuracy 0.930 (0.900 to 0.950), 12 ms, 268 MB, beaten; int8: accuracy 0.930 (0.910 to 0.950), "
        "5.04 ms, 67.6 MB; tiny: accuracy 0.920 (0.900 to 0.940), 5.04 ms, 60 MB."
    ),
    "limit": (
        "Bars. Speed, per cent of the limit; the limit is 181 times 10^9 operations a second. "
        "BERT: batch 1, 16 tokens 25%, batch 32, 128 tokens 80%. mini: batch 1, 16 tokens 5%."
    ),
}


@pytest.mark.parametrize("name", DRAW)
def test_it_is_small_and_says_every_number(name, tells):
    tells(DRAW[name], TOLD[name])


def segments(axes):
    """The intervals of a panel: (middle, low, high) of each bar, whichever way it lies."""
    return [segment.tolist() for bars in axes.collections for segment in bars.get_segments()]


def test_latencies_have_a_panel_a_batch_and_a_point_where_there_is_a_row(drawn):
    one, many = drawn(DRAW["latencies"])
    assert [axes.get_title() for axes in (one, many)] == ["batch of 1", "batch of 32"]
    assert one.get_xscale() == one.get_yscale() == "log"
    medians = [
        line.get_ydata().tolist() for line in one.lines if len(line.get_ydata()) and line.get_linestyle() != "None"
    ]
    assert medians == [[20.04, 61.0], [11.0, 31.0]]
    assert [line.get_marker() for line in one.lines if line.get_linestyle() in ("-", "--")] == ["o", "s"]
    ends = [[low[1], high[1]] for low, high in segments(one)]
    assert ends == [pytest.approx(pair) for pair in ([19, 21.55], [60, 62], [10, 11], [30.5, 32])]
    assert [label.get_text() for label in one.get_xticklabels()] == ["16", "128"]
    assert len(segments(many)) == 1


def test_models_that_tie_stand_apart(drawn):
    tie = pd.concat([SWEEP[:1], SWEEP[:1].assign(model="RoBERTa")])
    (axes,) = drawn(lambda: figures.latencies(tie, "Tie"))
    first, second = (low[0] for low, _ in segments(axes))
    assert 1.02 < second / first < 1.06 and first * second == pytest.approx(16**2)


def test_speed_ups_have_their_intervals_and_the_published_line(drawn):
    one, other = drawn(DRAW["speed-ups"])
    assert one.get_title() == "BERT\npublished 1.63" and other.get_title() == "RoBERTa"
    assert [[low[0], high[0]] for low, high in segments(one)] == [
        pytest.approx(ends) for ends in ([1.7, 1.9], [1.9, 2])
    ]
    dashed = [line.get_xdata()[0] for axes in (one, other) for line in axes.lines if line.get_linestyle() == "--"]
    dotted = [line.get_xdata()[0] for axes in (one, other) for line in axes.lines if line.get_linestyle() == ":"]
    assert dashed == [1.63] and dotted == [1, 1]
    assert [label.get_text() for label in one.get_yticklabels()] == ["batch 1, 16 tokens", "batch 32, 128 tokens"]
    assert [text.get_text() for text in one.figure.legends[0].texts] == [
        "as fast",
        "published",
        "measured, 95 % interval",
    ]


def test_padding_fills_each_batch_to_its_longest_text(drawn):
    one, two = drawn(DRAW["padding"])
    for axes, lengths, pads in (
        (one, ORDERS["as they come"], [0, 8, 6, 0, 0]),
        (two, ORDERS["sorted"], [1, 0, 5, 0, 0]),
    ):
        widths = [bar.get_width() for bar in axes.patches]
        assert widths == lengths + pads
        assert [bar.get_x() for bar in axes.patches[len(lengths) :]] == lengths
        assert {bar.get_hatch() for bar in axes.patches[len(lengths) :]} == {"////"}
        assert [line.get_ydata()[0] for line in axes.lines] == [-0.5, 1.5, 3.5]
    assert two.get_title() == "sorted: 18% padding"


def test_the_beaten_models_are_hollow_and_numbered(drawn):
    assert figures.beaten(MODELS).to_dict() == {"RoBERTa": False, "DistilBERT": True, "int8": False, "tiny": False}
    (axes,) = drawn(DRAW["pareto"])
    marks = [cloud for cloud in axes.collections if cloud.get_label()[0].isdigit()]
    assert [mark.get_offsets()[0].tolist() for mark in marks] == MODELS[
        ["milliseconds", "accuracy"]
    ].to_numpy().tolist()
    hollow = [mark.get_label() for mark in marks if (mark.get_facecolor()[0] == 1).all()]
    assert hollow == ["2  DistilBERT, 268 MB"]
    areas = [mark.get_sizes()[0] for mark in marks]
    assert areas == sorted(areas, reverse=True)
    assert [text.get_text() for text in axes.texts] == ["1", "2", "3", "4"]


def test_of_two_alike_none_is_beaten_and_a_tie_in_two_is_enough():
    alike = MODELS.iloc[[0, 0]].set_axis(["one", "two"])
    assert not figures.beaten(alike).any()
    slower = alike.assign(milliseconds=[25, 26])
    assert figures.beaten(slower).to_dict() == {"one": False, "two": True}
    assert not figures.beaten(slower.assign(accuracy=[0.94, 0.95])).any()


def test_the_shares_are_bars_up_to_the_limit(drawn):
    (axes,) = drawn(DRAW["limit"])
    assert [bar.get_width() for bar in axes.patches][:3] == [25, 80, 5]
    assert {bar.get_hatch() for bar in axes.patches[:2]} == {""} and axes.patches[2].get_hatch() == "//"
    assert [text.get_text() for text in axes.texts if text.get_text()] == ["25%", "80%", "5%"]
    (limit,) = axes.lines
    assert limit.get_xdata()[0] == 100 and limit.get_label() == "limit: 181 Gflop/s"


def test_the_shares_of_the_benchmark_are_drawn_as_they_come(tells):
    as_they_come = pd.concat(SHARES)
    assert as_they_come.index.nlevels == 3
    tells(lambda: figures.limit_shares(as_they_come, 181.4, "Speed"), TOLD["limit"])


def test_the_tables_of_the_benchmark_are_drawn_as_they_come(shown):
    shape = {"vocab_size": 99, "dim": 16, "hidden_dim": 16, "n_heads": 2}
    models = {f"{n} of 2": DistilBertModel(DistilBertConfig(n_layers=n, **shape)) for n in (2, 1)}
    table = benchmarking.sweep(models, batches=(1, 2), tokens=(4, 8), rounds=2)
    figures.latencies(table, "Layers")
    figures.speed_ups({"half": benchmarking.speedups(table, over="2 of 2", of="1 of 2")}, "Layers", {"half": 2})
    figures.limit_shares(benchmarking.limit_shares(table, models, 100), 100, "Layers")
    assert all(f"{model}, batch of 2: " in shown[0].alt for model in models)
    assert all(f"batch {batch}, {tokens} tokens " in shown[1].alt for batch in (1, 2) for tokens in (4, 8))
    assert "2 of 2: batch 1, 4 tokens " in shown[2].alt


FIVE = pd.concat([SWEEP[:1].assign(model=str(number)) for number in range(5)])


@pytest.mark.parametrize(
    "draw, told",
    [
        (lambda: figures.latencies(SWEEP.drop(columns="low"), "T"), "The table has no column 'low'. It has: model"),
        (lambda: figures.latencies(FIVE, "T"), "draws 1 to 4 models, not 5. Fix: give it fewer"),
        (lambda: figures.latencies(SWEEP[:0], "T"), "draws 1 to 4 models, not 0"),
        (lambda: figures.speed_ups({"BERT": RATIOS.drop(columns="high")}, "T"), "table of 'BERT' has no column 'high'"),
        (lambda: figures.speed_ups(PAIRS, "T", {"GPT": 2}), "'GPT' is no pair of the tables. They are: BERT, RoBERTa"),
        (lambda: figures.pareto(MODELS.drop(columns="megabytes"), "T"), "The table has no column 'megabytes'"),
        (lambda: figures.limit_shares({str(n): RATIOS["value"] for n in range(5)}, 1, "T"), "not 5. Fix"),
    ],
)
def test_what_cannot_be_drawn_is_told(draw, told, shown):
    with pytest.raises(ValueError) as caught:
        draw()
    assert told in str(caught.value) and shown == []


def test_the_largest_that_a_lesson_draws_are_small(shown):
    random = np.random.default_rng(0)
    grid = [(model, batch, tokens) for model in "abcd" for batch in (1, 8, 32) for tokens in (16, 64, 128, 512)]
    table = pd.DataFrame(grid, columns=["model", "batch", "tokens"])
    table = table.assign(median=random.random(48) + 1, low=1, high=2)
    figures.latencies(table, "Many")
    lengths = random.integers(3, 128, 96).tolist()
    figures.padding({"as they come": lengths, "sorted": sorted(lengths)}, 16, "Many")
    assert len(shown) == 2 and all(len(picture.png) < 60_000 for picture in shown)
