"""Turns: who is busy with a named thing of an account."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('turns',
    sa.Column('account_id', ROW_ID, autoincrement=False, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('owner', sa.Text(), server_default='', nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_turns_account_id_accounts')),
    sa.PrimaryKeyConstraint('account_id', 'name', name=op.f('pk_turns'))
    )


def downgrade() -> None:
    op.drop_table('turns')
