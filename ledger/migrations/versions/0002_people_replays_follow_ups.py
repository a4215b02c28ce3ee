"""People, bulk replays, and what follow-ups note of a document."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
RUNNING = sa.text("state = 'running'")


def upgrade() -> None:
    op.add_column('documents', sa.Column('paid_at', sa.BigInteger(), nullable=True))
    op.add_column('documents', sa.Column('email_state', sa.Text(), server_default='', nullable=False))
    op.add_column('documents', sa.Column('email_at', sa.BigInteger(), nullable=True))
    op.add_column('documents', sa.Column('official_state', sa.Text(), server_default='', nullable=False))
    op.add_column('documents', sa.Column('official_number', sa.Text(), server_default='', nullable=False))
    op.create_table('document_files',
    sa.Column('document_id', ROW_ID, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('fetched_at', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['document_id'], ['documents.id'], name=op.f('fk_document_files_document_id_documents')),
    sa.PrimaryKeyConstraint('document_id', 'kind', name=op.f('pk_document_files'))
    )
    op.create_table('users',
    sa.Column('id', ROW_ID, nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('password_hash', sa.Text(), server_default='', nullable=False),
    sa.Column('state', sa.Text(), server_default='active', nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('last_login_at', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_users')),
    sa.UniqueConstraint('name', name=op.f('uq_users_name'))
    )
    op.create_table('replays',
    sa.Column('id', ROW_ID, nullable=False),
    sa.Column('filter', sa.Text(), server_default='{}', nullable=False),
    sa.Column('cursor', sa.Text(), server_default='', nullable=False),
    sa.Column('until_id', sa.Text(), server_default='', nullable=False),
    sa.Column('matched', sa.Integer(), server_default='0', nullable=False),
    sa.Column('replayed', sa.Integer(), server_default='0', nullable=False),
    sa.Column('state', sa.Text(), server_default='running', nullable=False),
    sa.Column('by', sa.Text(), server_default='', nullable=False),
    sa.Column('created_at', sa.BigInteger(), nullable=False),
    sa.Column('ended_at', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("state in ('running', 'done', 'cancelled')", name=op.f('ck_replays_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_replays'))
    )
    op.create_index('ix_replays_running', 'replays', ['id'], unique=False, sqlite_where=RUNNING, postgresql_where=RUNNING)


def downgrade() -> None:
    op.drop_table('replays')
    op.drop_table('users')
    op.drop_table('document_files')
    for column in ('official_number', 'official_state', 'email_at', 'email_state', 'paid_at'):
        op.drop_column('documents', column)
