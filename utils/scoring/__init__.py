"""What a masked language model thinks of a token or a sentence, in log-probabilities (nats), for many texts at once.

`engine.py` runs the model; each measure is a few lines on top of it. The bias lesson, 06, introduces them.
"""

from utils.scoring.pairs import conditional
from utils.scoring.sentences import aul, pseudo_log_likelihood
from utils.scoring.words import token_logprobs

__all__ = ["aul", "conditional", "pseudo_log_likelihood", "token_logprobs"]
