"""The one API key of the benchmark, without limits."""

from switchboard.storage.keys import ApiKey, hash_key, mask_key

KEY = "sk-sb-0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
API_KEY = ApiKey(hash_key(KEY), "01JBENCHKEY0000000000000000", "bench", mask_key(KEY))
