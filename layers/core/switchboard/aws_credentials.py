"""As whom a Lambda function calls AWS."""

from switchboard.settings import AwsEnvironment
from switchboard.wire.sigv4 import Credentials


def credentials() -> Credentials:
    """Read anew for each call: Lambda renews them."""
    here = AwsEnvironment.read()
    return Credentials(here.access_key, here.secret_key, here.session_token)
