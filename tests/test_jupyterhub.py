"""The values for Zero to JupyterHub, and the links and commands of the page beside them."""

import re
import shlex
import urllib.parse

import jsonschema
import pytest
import yaml

from utils.authoring.shared_cells import REPOSITORY
from utils.commands.place import ROOT

HUB = ROOT / ".jupyterhub"
PAGE = (HUB / "README.md").read_text(encoding="utf-8")
FIRST = "notebooks/00_start_here.ipynb"
UNITS = {"M": 2**20, "G": 2**30}  # as JupyterHub reads them


def only(**properties):
    return {"type": "object", "additionalProperties": False, "properties": properties}


TEXT, NUMBER, WHOLE, TRUTH = ({"type": kind} for kind in ("string", "number", "integer", "boolean"))
BYTES = {"type": "string", "pattern": r"^\d+(\.\d+)?[MG]$"}
VOLUMES = {"type": "array", "items": {"type": "object", "required": ["name"]}}
# The chart's own schema (version 4) says the same of these parts, and knows more of them. It is not shipped here.
CHART = only(
    singleuser=only(
        image=only(name=TEXT, tag=TEXT),
        memory=only(guarantee=BYTES, limit=BYTES),
        cpu=only(guarantee=NUMBER, limit=NUMBER),
        extraEnv={"type": "object", "additionalProperties": TEXT},  # a bare 1 would be refused by Kubernetes
        lifecycleHooks=only(postStart={"type": "object", "required": ["exec"]}),
        defaultUrl=TEXT,
        storage=only(capacity=TEXT, extraVolumes=VOLUMES, extraVolumeMounts=VOLUMES),
    ),
    cull=only(enabled=TRUTH, timeout=WHOLE, every=WHOLE),
    prePuller=only(hook=only(enabled=TRUTH), continuous=only(enabled=TRUTH)),
    hub=only(config={"type": "object", "additionalProperties": {"type": "object"}}),
)


def values(name="values.yaml"):
    return yaml.safe_load((HUB / name).read_text(encoding="utf-8"))


def size(text):
    return float(text[:-1]) * UNITS[text[-1]]


@pytest.mark.parametrize("name", ["values.yaml", "published.yaml"])
def test_the_chart_takes_the_values(name):
    jsonschema.validate(values(name), CHART)


def test_a_slip_in_the_values_would_be_seen():
    wrong = values()
    wrong["singleuser"]["extraEnv"]["OMP_NUM_THREADS"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, CHART)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"singleuser": {"mem": {"limit": "1G"}}}, CHART)


def test_a_guarantee_is_within_its_limit_and_binder_is_large_enough():
    memory, cpu = values()["singleuser"]["memory"], values()["singleuser"]["cpu"]
    assert 256e6 < size(memory["guarantee"]) < size(memory["limit"]) < 8e9
    assert 0 < cpu["guarantee"] <= cpu["limit"]
    assert size(memory["guarantee"]) < 2e9  # what mybinder.org gives: one notebook at work


def test_a_learner_lands_in_lesson_00_of_the_copy():
    user = values()["singleuser"]
    command = shlex.split(user["lifecycleHooks"]["postStart"]["exec"]["command"][-1])
    assert command[:2] == ["gitpuller", "/srv/course"] and command[3] == "$HOME/course"
    assert user["defaultUrl"] == f"/lab/tree/course/{FIRST}" and (ROOT / FIRST).is_file()
    assert "--target-repo-dir /srv/course" in PAGE


def test_the_checkpoints_are_shared_read_only_and_no_network_is_asked():
    user = values("published.yaml")["singleuser"]
    (volume,), (mount,) = user["storage"]["extraVolumes"], user["storage"]["extraVolumeMounts"]
    assert volume["name"] == mount["name"]
    assert volume["persistentVolumeClaim"]["readOnly"] is mount["readOnly"] is True
    assert user["extraEnv"]["HF_HUB_CACHE"] == mount["mountPath"]
    assert (user["extraEnv"]["COURSE_MODELS"], user["extraEnv"]["HF_HUB_OFFLINE"]) == ("hub", "1")
    assert volume["persistentVolumeClaim"]["claimName"] in PAGE


def test_the_links_lead_to_lesson_00():
    link = re.search(r"^https://HUB/hub/user-redirect/git-pull\?(\S+)$", PAGE, re.MULTILINE)
    query = urllib.parse.parse_qs(link[1], strict_parsing=True)
    course = REPOSITORY.rpartition("/")[2]
    assert query == {"repo": [REPOSITORY], "branch": ["main"], "urlpath": [f"lab/tree/{course}/{FIRST}"]}
    binder = re.search(r"^https://mybinder.org/v2/gh/([\w-]+/[\w-]+)/\S+\?urlpath=(\S+)$", PAGE, re.MULTILINE)
    assert binder[1] in REPOSITORY and urllib.parse.unquote(binder[2]) == f"lab/tree/{FIRST}"


def test_the_littlest_hub_reads_its_file():
    class Config:
        class Spawner:
            environment = None

    code = (HUB / "tljh.py").read_text(encoding="utf-8")
    exec(compile(code, "tljh.py", "exec"), {"get_config": lambda: Config})
    assert Config.Spawner.environment == {"OMP_NUM_THREADS": values()["singleuser"]["extraEnv"]["OMP_NUM_THREADS"]}
    published = dict(re.findall(r'^ +# "(\w+)": "(.+)",$', code, re.MULTILINE))
    assert published == values("published.yaml")["singleuser"]["extraEnv"]
