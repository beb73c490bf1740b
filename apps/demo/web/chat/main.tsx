import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './jitless.ts';
import './style.css';
import { Chat } from './chat.tsx';

createRoot(document.querySelector('#root') ?? document.body).render(
  <StrictMode>
    <Chat />
  </StrictMode>,
);
