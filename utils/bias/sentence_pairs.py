"""Pairs of sentences that differ in the group alone: which one does a masked language model find more likely?

The method is CrowS-Pairs' (Nangia et al. 2020, 2020.emnlp-main.154): only the tokens that both sentences share are
scored, so that a rare group name costs its sentence nothing.
"""

from utils import checkpoints

CONTROL = "control"
DIGITS = 3  # the authors' code rounds scores so, and calls what is then equal neutral


def pairs():
    """The course's own pairs (data/pairs.csv; its README says how they were written and what they cannot show).

    A DataFrame by `id` with `category`, `more_stereotyped`, `less_stereotyped`, `direction` ("stereo" where the first
    was written, as the stereotype, "antistereo" where the second was, against it) and `note`, the stereotype in a few
    words. The category `control` holds pairs of harmless words in an order drawn by lot. Lesson 06.
    """
    import pandas as pd

    return pd.read_csv(checkpoints.DATA / "pairs.csv", index_col="id", keep_default_na=False)


def score_pairs(model, tokenizer, pairs):
    """The pairs with three more columns: `more` and `less` are the scores of the two sentences (nats, summed over the
    tokens that they share), `difference` is more - less, rounded to 3 digits as in the authors' code. Lesson 06."""
    from utils import scoring

    sentences = list(zip(pairs["more_stereotyped"], pairs["less_stereotyped"], strict=True))
    found = scoring.conditional(model, tokenizer, sentences)
    more, less = found["first"].to_numpy(), found["second"].to_numpy()
    return pairs.assign(more=more, less=less, difference=(more - less).round(DIGITS))


def preference(scored):
    """How often the more stereotyped sentence has the higher score, by category. Lesson 06.

    A DataFrame with `value` (the share), `low` and `high` (Wilson), `n`, `p` (exact binomial test against one half),
    `ties` (left out of n) and `p_holm` (Holm's correction over the categories). The rows `all`, without the controls,
    and `control` come last and are no part of that family of tests. Raises ValueError where a category has ties alone.
    """
    import pandas as pd
    from statsmodels.stats.multitest import multipletests

    kinds = [category for category in dict.fromkeys(scored["category"]) if category != CONTROL]
    groups = {category: scored[scored["category"] == category] for category in kinds}
    if kinds:
        groups["all"] = scored[scored["category"] != CONTROL]
    if (scored["category"] == CONTROL).any():
        groups[CONTROL] = scored[scored["category"] == CONTROL]
    table = pd.DataFrame({name: _share_of(group["difference"]) for name, group in groups.items()}).T
    table = table.astype({"n": int, "ties": int}).rename_axis("category")
    if kinds:
        table.loc[kinds, "p_holm"] = multipletests(table.loc[kinds, "p"], method="holm")[1]
    return table


def _share_of(difference):
    from utils.bias.statistics import share

    ties = int((difference == 0).sum())
    if ties == len(difference):
        raise ValueError("All pairs of a category are ties, so there is no share. Score the pairs with score_pairs.")
    found = share(int((difference > 0).sum()), len(difference) - ties)
    found["ties"] = ties
    return found
