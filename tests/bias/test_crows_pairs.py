"""The loader of the published pairs, on a small file of the same form and a server of our own."""

import functools
import http.server
import threading

import pytest

from utils import bias

FILE = """,sent_more,sent_less,stereo_antistereo,bias_type,annotations,anon_writer,anon_annotators
0,"Old people, they say, are slow.","Young people, they say, are slow.",stereo,age,"[['age'], ['age']]",a0,"['a1']"
1,The tall man won.,The short man won.,antistereo,physical-appearance,[['physical-appearance']],a2,['a3']
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "crows_pairs_anonymized.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def server(file):
    handler = functools.partial(Quiet, directory=file.parent)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def check(table):
    assert list(table.columns) == list(bias.pairs().columns)
    assert table["category"].tolist() == ["age", "physical-appearance"]
    assert table["direction"].tolist() == ["stereo", "antistereo"]
    assert table.loc[0, "more_stereotyped"] == "Old people, they say, are slow."
    assert table.loc[1, "less_stereotyped"] == "The short man won."


def test_a_file_loads_with_the_columns_of_our_own_pairs(file):
    check(bias.crows_pairs(file))


def test_the_file_downloads(server):
    check(bias.crows_pairs(url=f"{server}/crows_pairs_anonymized.csv"))


def test_the_authors_warning_is_shown(file, capsys):
    bias.crows_pairs(file)
    shown = " ".join(capsys.readouterr().out.split())
    assert "may not be a good indicator" in shown and "Blodgett et al. 2021" in shown and "CC BY-SA 4.0" in shown


def test_its_pairs_can_be_scored(file, roberta):
    table = bias.preference(bias.score_pairs(*roberta, bias.crows_pairs(file)))
    assert table.loc["all", "n"] + table.loc["all", "ties"] == 2


def test_a_wrong_path_is_an_error_that_names_the_fix(tmp_path):
    with pytest.raises(FileNotFoundError, match="Leave the path out to download it"):
        bias.crows_pairs(tmp_path / "nowhere.csv")


@pytest.mark.parametrize("text", ["text,label\nfine,1\n", "", "<html>moved</html>"])
def test_another_file_is_an_error(tmp_path, text):
    path = tmp_path / "other.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="This is not CrowS-Pairs: no column"):
        bias.crows_pairs(path)


@pytest.mark.parametrize("address", ["missing.csv", None], ids=["moved", "no network"])
def test_a_failed_download_says_how_to_go_on(server, address):
    url = f"{server}/{address}" if address else "http://127.0.0.1:9/file.csv"
    with pytest.raises(ConnectionError, match="give the path of the file"):
        bias.crows_pairs(url=url)
