"""AWS list prices in USD, us-east-1, first tier, as known on 2026-11-23; each with the page that has today's."""

from decimal import Decimal

# https://aws.amazon.com/lambda/pricing/
LAMBDA_GB_SECOND = {"arm64": Decimal("0.0000133334"), "x86_64": Decimal("0.0000166667")}
LAMBDA_MILLION_REQUESTS = Decimal("0.20")

# https://aws.amazon.com/api-gateway/pricing/ (REST API); a Function URL costs nothing of its own
DOOR_MILLION_REQUESTS = {"rest": Decimal("3.50"), "url": Decimal(0)}

# https://aws.amazon.com/dynamodb/pricing/on-demand/
MILLION_WRITE_UNITS = Decimal("0.625")
MILLION_READ_UNITS = Decimal("0.125")

# https://aws.amazon.com/cloudwatch/pricing/ (logs, collected)
LOG_GB = Decimal("0.50")

# https://aws.amazon.com/ec2/pricing/on-demand/ (data transfer out to the internet)
EGRESS_GB = Decimal("0.09")

# https://aws.amazon.com/fargate/pricing/ (Linux)
FARGATE_VCPU_HOUR = {"arm64": Decimal("0.03238"), "x86_64": Decimal("0.04048")}
FARGATE_GB_HOUR = {"arm64": Decimal("0.00356"), "x86_64": Decimal("0.004445")}

# https://aws.amazon.com/elasticloadbalancing/pricing/ (application load balancer)
BALANCER_HOUR = Decimal("0.0225")
CAPACITY_UNIT_HOUR = Decimal("0.008")

# https://aws.amazon.com/vpc/pricing/ (public IPv4 address: one for each task, one for each zone of the balancer)
ADDRESS_HOUR = Decimal("0.005")
