from local.simulator.dialects.google_generate.spelling import in_camel_case


def test_googles_fields_may_be_spelt_either_way() -> None:
    part = {"inlineData": {"mime_type": "image/png"}}
    assert in_camel_case({"contents": [{"parts": [part]}]}) == {
        "contents": [{"parts": [{"inlineData": {"mimeType": "image/png"}}]}]
    }


def test_names_that_the_caller_made_up_stay_as_they_are() -> None:
    schema = {"properties": {"full_name": {"type": "string"}}}
    given = {"function_call": {"args": {"my_key": 1}}, "parameters_json_schema": schema}
    assert in_camel_case(given) == {"functionCall": {"args": {"my_key": 1}}, "parametersJsonSchema": schema}
