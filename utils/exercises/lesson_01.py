"""Checks and hints of lesson 01, Loading models. Every expected value is computed from the model in use."""

from utils import anatomy, checkpoints
from utils.exercises import Lesson, Wrong
from utils.exercises.answers import BASES, by_name, function, near, shown

lesson = Lesson("01")
check, hint, progress = lesson.check, lesson.hint, lesson.progress


@lesson.exercise(
    1,
    "The class of DistilRoBERTa",
    (
        "A model's config says which family it belongs to. Is there a family called DistilRoBERTa?",
        "Load it with AutoModel.from_pretrained and look at the type of what comes back.",
        "type(model).__name__ gives the name as text.",
    ),
)
def class_of_distilroberta(answer):
    import transformers

    name = answer if isinstance(answer, str) else getattr(answer, "__name__", type(answer).__name__)
    folder = checkpoints.locate("distilroberta-base")
    expected = type(transformers.AutoModel.from_config(transformers.AutoConfig.from_pretrained(folder))).__name__
    if name == expected:
        return f"yes, {expected}. It is RoBERTa's own class with fewer layers."
    if not hasattr(transformers, name):
        raise Wrong(f"transformers has no class called {name}. Load the folder with AutoModel and ask for its type.")
    if name.startswith("Auto"):
        raise Wrong(f"{name} only picks a class, no model is one. What is the type of the model that it returns?")
    if name.startswith("DistilBert"):
        raise Wrong("DistilBERT is the student of BERT. DistilRoBERTa is the student of another model.")
    raise Wrong(f"{name} exists, but it is not what AutoModel returns for this folder. Use the bare AutoModel.")


@lesson.exercise(
    2,
    "Half the layers",
    (
        "The number stands in the config, so nothing has to be loaded but the config.",
        "AutoConfig.from_pretrained(folder) reads config.json. Look for a name with layers in it.",
        "config.num_hidden_layers works for all four, although DistilBERT's file calls it n_layers.",
    ),
)
def half_the_layers(answer):
    from transformers import AutoConfig

    given = by_name(answer, "its number of layers")
    published = {name: checkpoints.blueprint(name).config.num_hidden_layers for name in BASES}
    expected = {name: AutoConfig.from_pretrained(checkpoints.locate(name)).num_hidden_layers for name in BASES}
    if given == expected:
        pairs = f"{expected['roberta-base']} and {expected['distilroberta-base']}"
        return f"teacher and student have {pairs} layers, in both families."
    if given == published:
        raise Wrong("those are the published models' layers. Read the config of the models that are loaded here.")
    if given == {name: layers + 1 for name, layers in expected.items()}:
        raise Wrong("one too many each: that counts the embeddings as a layer. Read the config instead.")
    wrong = [name for name in BASES if given[name] != expected[name]]
    raise Wrong(f"look again at {', '.join(wrong)}. Read each number from that model's own config.")


@lesson.exercise(
    3,
    "What is missing",
    (
        "A base checkpoint has no sentiment head. Which weights had to be invented?",
        "from_pretrained(folder, output_loading_info=True) returns two things. Unpack both.",
        'The second is a dictionary. Its entry "missing_keys" holds the names.',
    ),
)
def what_is_missing(answer):
    from transformers import AutoModelForSequenceClassification

    with anatomy.no_load_report():
        folder = checkpoints.locate("roberta-base")
        _, info = AutoModelForSequenceClassification.from_pretrained(folder, output_loading_info=True)
    missing, unexpected = set(info["missing_keys"]), set(info["unexpected_keys"])
    if isinstance(answer, (int, float)):
        raise Wrong("that is a number. Give the names of the weights.")
    if isinstance(answer, str):
        raise Wrong("that is one text. Give all the names, as a set or a list.")
    names = set(answer)
    if names == missing:
        return f"{len(missing)} weights, all in the classifier. They are random, so its answers are too."
    if not names:
        raise Wrong("nothing is missing in the model you loaded. Load roberta-base, which has no sentiment head.")
    if names == unexpected:
        raise Wrong("those are the left-over weights: in the file, not in the model. Which are in the model only?")
    if names == missing | unexpected:
        raise Wrong("that mixes two lists. The left-over weights harm nobody. Give the missing ones only.")
    raise Wrong(f"{len(names & missing)} of the {len(missing)} missing names are there. Use missing_keys as it is.")


@lesson.exercise(
    4,
    "A guard",
    (
        "Load, look at what is missing, then decide: return the model or raise.",
        'Names that begin with "pooler." may be missing. Any other missing name is a reason to raise ValueError.',
        'bad = [key for key in info["missing_keys"] if not key.startswith("pooler.")]',
    ),
)
def guard(answer):
    from transformers import AutoModelForMaskedLM, DistilBertModel, PreTrainedModel, RobertaModel

    function(answer)
    folder = checkpoints.locate("roberta-base")
    with anatomy.no_load_report():
        model = answer(AutoModelForMaskedLM, folder)
        if model is None or model is ...:
            raise Wrong("it returns nothing for a good load. Return the model.")
        if not isinstance(model, PreTrainedModel):
            raise Wrong(f"for a good load it returns a {type(model).__name__}. Return the model alone.")
        try:
            answer(RobertaModel, folder)
        except Exception:
            raise Wrong("it refuses RobertaModel, where only the pooler is missing. Allow names in pooler.") from None
        try:
            answer(DistilBertModel, folder)
        except ValueError as error:
            if not str(error).strip():
                raise Wrong("it raises ValueError with no words. Say what is missing.") from None
            return "it returns good loads and refuses RoBERTa weights in DistilBERT's class."
        except Exception as error:
            raise Wrong(f"it refuses the wrong class with {type(error).__name__}. Raise ValueError.") from None
    raise Wrong("it lets RoBERTa weights into DistilBertModel: every weight of that model is random.")


@lesson.exercise(
    5,
    "The share of the word table",
    (
        "A share is a part divided by the whole. Both are parameter counts of one blueprint.",
        "anatomy.embeddings(model) splits the embeddings by table. anatomy.count(model) is the whole.",
        'anatomy.embeddings(model)["word_embeddings"] / anatomy.count(model)',
    ),
)
def share_of_the_word_table(answer):
    blueprints = {name: checkpoints.blueprint(name) for name in ("distilroberta-base", "roberta-base")}
    student = blueprints["distilroberta-base"]
    words = {name: anatomy.embeddings(model)["word_embeddings"] for name, model in blueprints.items()}
    expected = words["distilroberta-base"] / anatomy.count(student)
    if near(answer, expected):
        return f"{expected:.1%} of DistilRoBERTa is one table of word vectors."
    if near(answer, 100 * expected):
        raise Wrong("right, but as a percentage. A share lies between 0 and 1.")
    if near(answer, words["roberta-base"] / anatomy.count(blueprints["roberta-base"])):
        raise Wrong("that is the teacher's share. Use the blueprint of distilroberta-base.")
    if near(answer, anatomy.parts(student)["embeddings"] / anatomy.count(student)):
        raise Wrong("that counts all embeddings: positions, token types and the norm too. Count the word table only.")
    if near(answer, words["distilroberta-base"]):
        raise Wrong("that is the number of parameters in the table. Divide it by the number in the whole model.")
    raise Wrong(f"{shown(answer)} is not the share of the word table in distilroberta-base.")


@lesson.exercise(
    6,
    "Find the bug",
    (
        "The report divides layers by layers. Is everything in a model a layer?",
        "Compare whole models: anatomy.count of the two blueprints.",
        "The student's parameters divided by the teacher's. DistilBERT's teacher is BERT.",
    ),
)
def ratio_of_distilbert(answer):
    counts = {name: anatomy.count(checkpoints.blueprint(name)) for name in BASES}
    expected = counts["distilbert-base-uncased"] / counts["bert-base-uncased"]
    if near(answer, expected):
        return f"DistilBERT keeps {expected:.1%} of BERT's parameters, so it is {1 - expected:.1%} smaller."
    if near(answer, 0.5):
        raise Wrong("that is still layers divided by layers. The embeddings are as large in the student.")
    if near(answer, 1 / expected):
        raise Wrong("upside down: divide the student by the teacher.")
    if near(answer, 1 - expected):
        raise Wrong("that is what distillation removes. The question is what is left.")
    if near(answer, counts["distilbert-base-uncased"] / counts["roberta-base"]):
        raise Wrong("RoBERTa is not DistilBERT's teacher. Divide by BERT.")
    raise Wrong(f"{shown(answer)} is not DistilBERT's parameters divided by BERT's.")


@lesson.exercise(
    7,
    "What fits into 200 MB",
    (
        "Half precision stores each parameter in two bytes instead of four.",
        'Take the blueprint with the "MaskedLM" head. anatomy.megabytes gives its size in single precision.',
        "{name for name in names if anatomy.megabytes(checkpoints.blueprint(name, 'MaskedLM')) / 2 <= 200}",
    ),
)
def fits_the_phone(answer):
    if isinstance(answer, str):
        raise Wrong("that is one text. Give the names as a set or a list, even if there is only one.")
    single = {name: anatomy.megabytes(checkpoints.blueprint(name, "MaskedLM")) for name in BASES}
    expected = {name for name, size in single.items() if size / 2 <= 200}
    names = set(answer)
    unknown = names - set(BASES)
    if unknown:
        raise Wrong(f"{', '.join(map(str, sorted(unknown, key=str)))} is not one of the four names.")
    if names == expected:
        return f"{' and '.join(sorted(expected))}. Both are students."
    if names == {name for name, size in single.items() if size <= 200}:
        raise Wrong("that is the answer for single precision, four bytes a parameter. The phone stores two.")
    too_large = sorted(names - expected)
    if too_large:
        raise Wrong(f"{too_large[0]} takes {single[too_large[0]] / 2:.0f} MB in half precision. That is too much.")
    raise Wrong(f"what you give does fit, but {len(expected - names)} more would too.")
