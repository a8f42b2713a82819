"""What each test_exercises_NN.py imports: the checks of its lesson, proved both ways on its RIGHT and WRONG answers.

RIGHT holds (number, answer), WRONG (number, answer, message); an answer is a function that makes it.
"""


def test_right_answer_passes(request, number, right, verdict):
    said = verdict(request.module.lesson, number, right())
    assert said.startswith(f"[OK] {number} "), said


def test_wrong_answer_fails_with_its_own_message(request, number, wrong, message, verdict):
    said = verdict(request.module.lesson, number, wrong())
    assert said.startswith(f"[NO] {number} ") and message in said, said


def test_each_exercise_is_proved_both_ways(request):
    for number in request.module.lesson.exercises:
        assert any(n == number for n, _ in request.module.RIGHT), number
        assert len({message for n, _, message in request.module.WRONG if n == number}) >= 3, number
