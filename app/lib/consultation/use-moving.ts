import { joinLink } from "@sidelink/client";
import { followAddress } from "@sidelink/client/call";
import type { Room } from "livekit-client";
import { useEffect, useState } from "react";

export interface Move {
  readonly publicUrl: string;
  /** The call goes on by itself; else the visitor is asked to enter again. */
  readonly resumes: boolean;
}

interface Moving {
  readonly room: Room;
  readonly token: string;
  readonly name: string;
  /** From then on everything is asked there. */
  readonly onMoved: (publicUrl: string) => void;
}

/** Follows the stack to a new address in the middle of a call; null until that happens. */
export function useMoving({ room, token, name, onMoved }: Moving): Move | null {
  const [move, setMove] = useState<Move | null>(null);
  useEffect(
    () =>
      followAddress(room, {
        onMoved: ({ publicUrl, resumes }) => {
          onMoved(publicUrl);
          setMove({ publicUrl, resumes });
        },
        freshToken: ({ publicUrl }) => joinLink(token, { name, base: publicUrl }).then((joined) => joined.token),
      }),
    [room, token, name, onMoved],
  );
  return move;
}
