import { Component, type ReactNode } from 'react';

interface BoundaryProps {
  children: ReactNode;
  /** What is shown inside. When it changes, it is tried again. */
  on: unknown;
  /** What takes the place of what could not be drawn. */
  fallback: (error: unknown) => ReactNode;
}

interface BoundaryState {
  on: unknown;
  caught: { error: unknown } | undefined;
}

/** Keeps an error of what it has inside from taking the whole page away. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { on: this.props.on, caught: undefined };

  static getDerivedStateFromError(error: unknown): Pick<BoundaryState, 'caught'> {
    return { caught: { error } };
  }

  static getDerivedStateFromProps({ on }: BoundaryProps, state: BoundaryState): BoundaryState | null {
    return on === state.on ? null : { on, caught: undefined };
  }

  override render(): ReactNode {
    const { caught } = this.state;
    return caught ? this.props.fallback(caught.error) : this.props.children;
  }
}
