"""Wakings: when each named condition last came about."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('wakings',
    sa.Column('condition', sa.Text(), nullable=False),
    sa.Column('at', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('condition', name=op.f('pk_wakings'))
    )


def downgrade() -> None:
    op.drop_table('wakings')
