import type { Admission, Gate, Refusal } from './gate.ts';

/** A gate that lets a caller in or refuses them. It has no rejections, which are HTTP statuses. */
export interface PlainGate extends Gate {
  authenticate(...how: Parameters<Gate['authenticate']>): Promise<Admission | Refusal>;
}

/** Removes the challenges of a gate. They tell HTTP clients how to sign in, which is not possible anywhere else. */
export function withoutChallenges(gate: Gate): PlainGate {
  return {
    ...gate,
    challenge: '',
    async authenticate(...how) {
      const admitted = await gate.authenticate(...how);
      if (admitted.kind === 'admission') return admitted;
      // Only HTTP has statuses for a rejection. Here it refuses the credential.
      const status = admitted.kind === 'rejection' ? 401 : admitted.status;
      return { kind: 'refusal', status, message: admitted.message };
    },
    checkScopes(auth, scopes) {
      const refusal = gate.checkScopes(auth, scopes);
      return refusal && withoutChallenge(refusal);
    },
  };
}

function withoutChallenge({ kind, status, message }: Refusal): Refusal {
  return { kind, status, message };
}
