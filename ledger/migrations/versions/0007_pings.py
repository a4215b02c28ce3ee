"""When a shop's webhooks last pinged."""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('shops', sa.Column('pinged_at', sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column('shops', 'pinged_at')
