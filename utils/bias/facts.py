"""What is known without asking a model: who does which work, and what the minis' training text says of it."""

import json

from utils import checkpoints


def labour_statistics():
    """Share of women (0 to 1) in each of 60 occupations, a pandas Series. Lesson 06.

    US Bureau of Labor Statistics 2015, as tabulated by Rudinger et al. 2018 (data/occupations.csv).
    """
    import pandas as pd

    table = pd.read_csv(checkpoints.DATA / "occupations.csv", index_col="occupation")
    return table["share_women"].rename("labour statistics")


def known_truth():
    """Share of women among the sentences of the minis' training text that tell the gender of an occupation. Lesson 06.

    Counted (minis/statistics.json), a pandas Series by occupation. None in hub mode: nobody has counted the training
    text of the published checkpoints.
    """
    import pandas as pd

    if checkpoints.mode() == "hub":
        return None
    statistics = json.loads((checkpoints.MINIS / "statistics.json").read_text(encoding="utf-8"))
    counts = pd.DataFrame(statistics["occupations"]).T.rename_axis("occupation")
    return (counts["women"] / (counts["women"] + counts["men"])).rename("training text")


def names():
    """68 pairs of first names, columns `woman` and `man`, of like origin where we could: swapping the two should change
    the gender and little else. Every one stands in the minis' training text (data/names.csv). Lesson 06."""
    import pandas as pd

    return pd.read_csv(checkpoints.DATA / "names.csv", keep_default_na=False)
