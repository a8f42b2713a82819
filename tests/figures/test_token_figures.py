"""The figures of lesson 02 show the merges, lengths and masks that they are given."""

from utils import figures
from utils.tokenization import Merge

MERGES = [
    Merge(1, "i", "n", ("r", "e", "d", "o", "in", "g")),
    Merge(5, "in", "g", ("r", "e", "d", "o", "ing")),
    Merge(7, "r", "e", ("re", "d", "o", "ing")),
    Merge(8, "d", "o", ("re", "do", "ing")),
]
LENGTHS = {"words": [3, 4, 4, 11], "roberta-base": [5, 6, 7, 20]}
TOKENS = [["<s>", "A", "Ġ$5", "Ġfilm", "</s>"], ["<s>", "No", "</s>", "<pad>", "<pad>"]]
MASK = [[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]


def small(picture):
    return 2_000 < len(picture.png) < 60_000


def test_the_merge_tree_says_every_step(shown):
    figures.merge_tree("redoing", MERGES, "The word $redoing$")
    (picture,) = shown
    assert small(picture)
    assert picture.text == (
        "Tree. The word $redoing$. Letters: redoing. Merges: 1. i and n; 2. in and g; 3. r and e; 4. d and o. "
        "Left at the end: re do ing."
    )


def test_the_merge_tree_has_a_node_above_its_two_parts_and_a_thick_frame_for_tokens(drawn):
    (axes,) = drawn(lambda: figures.merge_tree("redoing", MERGES, "redoing"))
    nodes = {text.get_text(): text for text in axes.texts if text.get_bbox_patch()}
    assert set(nodes) == {*"redoing", "in", "ing", "re", "do"}
    assert [text for text, node in nodes.items() if node.get_bbox_patch().get_linewidth() > 2] == ["ing", "re", "do"]
    heights = [nodes[merge.left + merge.right].get_position()[1] for merge in MERGES]
    assert heights == [1, 2, 3, 4]
    for merge, line in zip(MERGES, axes.lines, strict=True):
        xs, ys = line.get_data()
        assert nodes[merge.left + merge.right].get_position() == (xs[1], ys[1])
        assert nodes[merge.left].get_position() == (xs[0], ys[0]) and nodes[merge.right].get_position() == (
            xs[2],
            ys[2],
        )


def test_a_word_that_needs_no_merge_is_a_tree_too(shown):
    figures.merge_tree("Ġ", [], "A space")
    assert shown[0].text == "Tree. A space. Letters: Ġ. Merges: none. Left at the end: Ġ."


def test_equal_neighbours_are_joined_from_the_left(drawn):
    merges = [Merge(0, "o", "o", ("oo", "o")), Merge(1, "oo", "o", ("ooo",))]
    (axes,) = drawn(lambda: figures.merge_tree("ooo", merges, "ooo"))
    assert [list(line.get_xdata()) for line in axes.lines] == [[0, 0.5, 1], [0.5, 1.25, 2]]


def test_token_lengths_says_median_mean_and_longest(shown):
    figures.token_lengths(LENGTHS, "Lengths")
    (picture,) = shown
    assert small(picture)
    assert picture.text == (
        "Histograms. Lengths. words: median 4, mean 5.5, longest 11; roberta-base: median 6.5, mean 9.5, longest 20."
    )


def test_token_lengths_counts_every_text_once_on_one_scale(drawn):
    panels = drawn(lambda: figures.token_lengths(LENGTHS, "Lengths"))
    assert [sum(bar.get_height() for bar in axes.patches) for axes in panels] == [4, 4]
    assert len({axes.get_xlim() for axes in panels}) == len({axes.get_ylim() for axes in panels}) == 1
    assert [axes.lines[0].get_xdata()[0] for axes in panels] == [4, 6.5]


def test_the_padded_batch_says_how_much_is_padding(shown):
    figures.padded_batch(TOKENS, MASK, "A batch")
    (picture,) = shown
    assert small(picture)
    assert picture.text == (
        "Grid. A batch, 2 texts by 5 places. text 0: 5 real tokens, 0 pads; text 1: 3 real tokens, 2 pads."
    )


def test_the_padded_batch_writes_token_and_mask_and_hatches_the_pads(drawn):
    (axes,) = drawn(lambda: figures.padded_batch(TOKENS, MASK, "A batch"))
    fields = [f"{text}\n{bit}" for row in range(2) for text, bit in zip(TOKENS[row], MASK[row], strict=True)]
    assert [text.get_text() for text in axes.texts] == fields
    assert [bool(field.get_hatch()) for field in axes.patches] == [not bit for row in MASK for bit in row]
    assert not any(text.get_parse_math() for text in axes.texts)  # a dollar is a dollar


def test_the_same_figures_twice_have_the_same_bytes(shown):
    for _ in range(2):
        figures.merge_tree("redoing", MERGES, "redoing")
        figures.token_lengths(LENGTHS, "Lengths")
        figures.padded_batch(TOKENS, MASK, "A batch")
    assert [picture.png for picture in shown[:3]] == [picture.png for picture in shown[3:]]
