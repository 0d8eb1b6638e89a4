"""What users tell the simulated model to call, and what agents say around their words."""

from local.simulator.wishes import Wish, own_words, wishes_of


def test_a_wish_names_a_function_and_its_arguments() -> None:
    text = 'Please call Bash with {"command": "cat \\"note.txt\\""} and then call read_file with {}.'
    assert wishes_of(text) == [Wish("Bash", {"command": 'cat "note.txt"'}), Wish("read_file", {})]


def test_what_is_no_json_object_is_no_wish() -> None:
    assert wishes_of("call Bash with {command} or call Bash with care, or call Bash with [1]") == []


def test_what_an_agent_adds_is_not_the_users_word() -> None:
    notes = (
        "<system-reminder>Use the\ntool Bash.</system-reminder> <environment_context><cwd>/</cwd></environment_context>"
    )
    text = f"{notes}\nSay hello."
    assert own_words(text) == "Say hello."
