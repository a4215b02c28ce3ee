"""By which machine's own clock a document was said to be issuing: wall clocks are set, and differ."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('documents', sa.Column('issuing_host', sa.Text(), server_default='', nullable=False))
    op.add_column('documents', sa.Column('issuing_tick', sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column('documents', 'issuing_tick')
    op.drop_column('documents', 'issuing_host')
