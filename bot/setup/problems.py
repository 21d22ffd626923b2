"""What can go wrong during set-up, told so that the reader knows what to do."""

NETWORK_SIGNS = (
    "Could not find a version that satisfies",
    "Could not resolve",
    "Connection refused",
    "Connection reset",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ENETUNREACH",
    "ENOTFOUND",
    "ETIMEDOUT",
    "Failed to establish a new connection",
    "Failed to fetch",
    "Network is unreachable",
    "Temporary failure",
    "dns error",
    "error sending request",
)
"""Words of pip, uv, npm and apt that mean that their server could not be reached."""


class SetupProblem(Exception):
    """Set-up cannot go on; `remedies` are the things that the reader can do, one a line."""

    def __init__(self, what: str, *remedies: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedies = remedies

    def __str__(self) -> str:
        return "\n".join([self.what, *(f"  -> {remedy}" for remedy in self.remedies)])


def command_failed(title: str, output: str, log: str, code: int) -> SetupProblem:
    """The problem behind a failed command, as far as its output tells."""
    if "No space left on device" in output:
        return SetupProblem(f"{title}: the disk is full.", "Free some space and try again.")
    if any(sign in output for sign in NETWORK_SIGNS):
        return SetupProblem(
            f"{title}: the package server could not be reached.",
            "The first set-up downloads about 1.5 GB; once it is done, the network is not needed.",
            "Behind a proxy: https_proxy=http://proxy:port make … (and SSL_CERT_FILE and"
            " NODE_EXTRA_CA_CERTS, where it has a certificate of its own).",
            f"Everything that the command said: {log}",
        )
    return SetupProblem(
        f"{title}: failed with exit status {code}.", f"Everything that the command said: {log}"
    )
