import { About } from './about.tsx';
import { ClientsView } from './clients/clients-view.tsx';
import { DemandsView } from './demands/demands-view.tsx';
import { SignInForm } from './sign-in-form.tsx';

/** What the app is, who is signed in here, what the endpoint demands, and how to connect a client. */
export function ConnectView() {
  return (
    <div className="connect">
      <About />
      <SignInForm />
      <DemandsView />
      <ClientsView />
    </div>
  );
}
