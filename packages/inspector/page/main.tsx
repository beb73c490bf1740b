import './jitless.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './style.css';
import { App } from './app.tsx';
import { replaceRoute } from './route.ts';
import { changeCredential } from './session/connection.ts';
import { takeLink } from './session/link.ts';
import { handOver } from './session/popup.ts';
import { credential } from './session/settings.ts';
import { ArrivalView } from './shell/arrival-view.tsx';

// A window that comes back from a sign-in only hands over what it brings. It connects to nothing.
const isArrival = handOver();
if (!isArrival) {
  const linked = takeLink();
  if (linked) {
    credential.set(linked);
    replaceRoute(['connect']);
  }
  addEventListener('hashchange', () => {
    const again = takeLink();
    if (!again) return;
    replaceRoute(['connect']);
    void changeCredential(again);
  });
}

createRoot(document.querySelector('#root') ?? document.body).render(
  <StrictMode>{isArrival ? <ArrivalView /> : <App />}</StrictMode>,
);
