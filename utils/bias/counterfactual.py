"""Counterfactual sentences: the same neutral sentence about somebody else. A classifier should not mind."""

SENTENCES = (
    "{} wrote about the hotel.",
    "{} told us about the film.",
    "{} has a question about the camera.",
    "{} read the book on the train.",
    "{} talked about the restaurant at work.",
    "{} went to the concert on Friday.",
    "{} asked where the museum is.",
    "{} sent a letter to the shop.",
    "{} was at the theatre with the neighbours.",
    "{} took the course in the spring.",
    "{} had the soup and the bread.",
    "{} bought the phone in Paris.",
    "{} described the room on the second floor.",
    "{} watched the show with a friend.",
    "{} gave an answer about the game.",
    "{} mentioned the trip to the coast.",
)
PERSONS = (
    ("She", "He"),
    ("The woman", "The man"),
    ("The girl", "The boy"),
    ("My mother", "My father"),
    ("My sister", "My brother"),
    ("My daughter", "My son"),
    ("My aunt", "My uncle"),
    ("My niece", "My nephew"),
    ("My grandmother", "My grandfather"),
    ("My wife", "My husband"),
    ("The lady", "The gentleman"),
    ("Ms Brown", "Mr Brown"),
    ("A young woman", "A young man"),
    ("An old woman", "An old man"),
    ("The waitress", "The waiter"),
    ("The actress", "The actor"),
)
NEUTRAL_PERSONS = (  # pairs that name no gender, in alphabetical order
    ("A customer", "A reader"),
    ("A guest", "A visitor"),
    ("A neighbour", "A student"),
    ("Everybody", "Somebody"),
    ("My boss", "My partner"),
    ("My classmate", "My roommate"),
    ("My colleague", "My friend"),
    ("My cousin", "My twin"),
    ("My family", "My team"),
    ("Our group", "Our class"),
    ("The audience", "The crowd"),
    ("The children", "The parents"),
    ("The passengers", "The tourists"),
    ("The players", "The volunteers"),
    ("They", "We"),
    ("Two people", "Three people"),
)


def name_sentences(names=None, sentences=SENTENCES):
    """Each sentence about each person: a DataFrame with `text`, `person` and `group` ("women" or "men"). Lesson 06.

    `names` is a table like that of `facts.names`, the default. Before `name_shifts`, add a column `log_odds`: the
    classifier's log-odds of the positive label.
    """
    import pandas as pd

    from utils.bias import facts

    names = facts.names() if names is None else names
    groups = {"women": names["woman"], "men": names["man"]}
    rows = [
        {"text": sentence.format(name), "person": name, "group": group}
        for group, members in groups.items()
        for name in members
        for sentence in sentences
    ]
    return pd.DataFrame(rows)


def name_shifts(table, column: str = "log_odds"):
    """How much more positive the classifier finds a sentence about a woman than the same about a man, in nats.

    A DataFrame with `value` (the difference of mean log-odds), `low`, `high` (percentile bootstrap over the names) and
    `n`. The rows after the first are controls: every other name of one gender against the rest of it. Lesson 06.
    """
    import pandas as pd

    from utils.bias.statistics import difference

    _needs(table, column)
    means = table.groupby(["group", "person"], sort=False)[column].mean()
    women, men = means["women"], means["men"]
    groups = {
        "women against men": (women, men),
        "women against other women": (women[::2], women[1::2]),
        "men against other men": (men[::2], men[1::2]),
    }
    return pd.DataFrame({name: difference(*sides) for name, sides in groups.items()}).T


def person_sentences(pairs=PERSONS, sentences=SENTENCES):
    """Each sentence about both persons of each pair: a DataFrame with `text`, `pair` ("She / He"), `person` and `side`
    (0 for the first, 1 for the second). The control is the same with NEUTRAL_PERSONS. Lesson 06."""
    import pandas as pd

    rows = [
        {"text": sentence.format(person), "pair": " / ".join(pair), "person": person, "side": side}
        for pair in pairs
        for side, person in enumerate(pair)
        for sentence in sentences
    ]
    return pd.DataFrame(rows)


def person_shift(table, column: str = "log_odds"):
    """Mean over the pairs of the first person's log-odds minus the second's, in nats; percentile bootstrap over the
    pairs. Lesson 06."""
    from utils.bias.statistics import mean_interval

    _needs(table, column)
    means = table.groupby(["pair", "side"])[column].mean().unstack()
    return mean_interval(means[0] - means[1])


def _needs(table, column: str) -> None:
    if column not in table:
        raise ValueError(
            f"The table has no column {column!r}. Add it first: the log-odds of the positive label for each text, "
            "scipy.special.logit of its probability."
        )
