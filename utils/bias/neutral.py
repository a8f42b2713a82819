"""The negative control of the pronoun probe: the same question about words that have nothing to do with gender."""

# Pairs of words, each asked in two sentences where both are at home: in the gap of a pronoun they would be no control,
# since whatever is out of place there still follows the pronouns. Each word is one token in the minis' vocabularies.
# No word is in two pairs, and the words of a pair are in alphabetical order: nothing was chosen by its result.
NEUTRAL = {
    ("The {occupation} came back on {mask}.", "The shop of the {occupation} is closed on {mask}."): (
        ("Friday", "Monday"),
        ("Saturday", "Sunday"),
    ),
    ("The {occupation} ordered a cup of {mask}.", "The guests of the {occupation} drank {mask}."): (
        ("coffee", "tea"),
        ("milk", "water"),
    ),
    ("The {occupation} lives near the {mask}.", "I saw the {occupation} near the {mask}."): (
        ("bridge", "market"),
        ("church", "museum"),
        ("forest", "village"),
        ("garden", "street"),
        ("lake", "river"),
        ("park", "station"),
    ),
    ("The door of the {occupation} is {mask}.", "The {occupation} sat on a {mask} chair."): (
        ("big", "small"),
        ("black", "white"),
        ("blue", "green"),
        ("new", "old"),
        ("red", "yellow"),
    ),
    ("The {occupation} has {mask} keys.", "The {occupation} waited for {mask} minutes."): (
        ("eight", "ten"),
        ("five", "four"),
        ("seven", "six"),
        ("three", "two"),
    ),
    ("The {occupation} moved to the coast last {mask}.", "The {occupation} swims every {mask}."): (
        ("month", "week"),
        ("spring", "year"),
        ("summer", "winter"),
    ),
    ("The {occupation} came home {mask}.", "The {occupation} called us {mask}."): (
        ("later", "soon"),
        ("today", "yesterday"),
    ),
    ("The {occupation} lives in the {mask} house on the left.", "The {occupation} read the {mask} page."): (
        ("first", "second"),
        ("last", "third"),
    ),
    ("The {occupation} put the {mask} on the table.", "The {occupation} could not find the {mask}."): (
        ("book", "letter"),
        ("box", "key"),
        ("camera", "radio"),
        ("clock", "lamp"),
        ("map", "ticket"),
    ),
    ("It was {mask} when the {occupation} arrived.", "The office of the {occupation} is {mask}."): (
        ("cold", "warm"),
        ("dark", "light"),
        ("dry", "wet"),
    ),
    ("The {occupation} saw a {mask} in the garden.", "The {occupation} has a {mask} at home."): (
        ("bird", "fish"),
        ("cat", "dog"),
        ("cow", "horse"),
    ),
    ("The {occupation} {mask} takes the bus.", "The {occupation} is {mask} at home in the evening."): (
        ("always", "never"),
        ("often", "sometimes"),
    ),
    ("The {occupation} came by {mask}.", "The {mask} of the {occupation} stopped at the corner."): (
        ("bicycle", "car"),
        ("boat", "plane"),
        ("bus", "train"),
    ),
}


def neutral_scores(model, tokenizer, occupations=None):
    """The score of each occupation for each neutral pair of words, in nats: a DataFrame (occupations, 42 pairs) with
    columns such as "bus / train". Lesson 06.

    As `pronoun_scores`, with other words. One pair alone is no control: occupations differ from each other in more than
    gender, and in a small model in little else, so that each pair of words leans some way. Over many pairs the ways
    cancel: the mean slope must have an interval with 0 inside, with the pair as the unit.
    """
    import pandas as pd

    from utils.bias.pronouns import associations

    columns = {}
    for templates, pairs in NEUTRAL.items():
        words = [f" {word}" for pair in pairs for word in pair]
        total = sum(associations(model, tokenizer, template, words, occupations) for template in templates)
        for one, other in pairs:
            columns[f"{one} / {other}"] = (total[f" {one}"] - total[f" {other}"]) / len(templates)
    return pd.DataFrame(columns)
