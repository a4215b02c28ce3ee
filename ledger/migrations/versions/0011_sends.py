"""Sends: how many times a request has left for an account's system."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('sends',
    sa.Column('account_id', ROW_ID, autoincrement=False, nullable=False),
    sa.Column('request', sa.Text(), nullable=False),
    sa.Column('times', sa.Integer(), server_default='0', nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_sends_account_id_accounts')),
    sa.PrimaryKeyConstraint('account_id', 'request', name=op.f('pk_sends'))
    )


def downgrade() -> None:
    op.drop_table('sends')
