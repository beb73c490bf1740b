import { Component, type ReactNode } from 'react';

interface TroubleProps {
  children: ReactNode;
}

/** Shows what went wrong in a part of the page, in place of that part. The rest of the page stays. */
export class Trouble extends Component<TroubleProps, { error: unknown; isCaught: boolean }> {
  override state = { error: undefined as unknown, isCaught: false };

  static getDerivedStateFromError(error: unknown) {
    return { error, isCaught: true };
  }

  override render(): ReactNode {
    const { error, isCaught } = this.state;
    if (!isCaught) return this.props.children;
    return (
      <div role="alert">
        <p>
          This part of the page has failed, because of a mistake in the inspector or of something unusual that
          the endpoint sent. The other parts still work.
        </p>
        <pre tabIndex={0}>{String(error).slice(0, 2000)}</pre>
        <p>
          <button type="button" onClick={() => this.setState({ error: undefined, isCaught: false })}>
            Try again
          </button>
        </p>
      </div>
    );
  }
}
