import { joinLink } from "@sidelink/client";
import { followAddress, type Moved } from "@sidelink/client/call";
import type { Room } from "livekit-client";
import { useEffect, useState } from "react";

/** A new address of the stack during a call. */
export type Migration = Pick<Moved, "publicUrl" | "resumes">;

interface MigrationOptions {
  readonly room: Room;
  readonly token: string;
  readonly name: string;
  /** Called with the new public URL, which later requests use. */
  readonly onMoved: (publicUrl: string) => void;
}

/** Migrates a call to the stack's new address. Returns null until that happens. */
export function useCallMigration({ room, token, name, onMoved }: MigrationOptions): Migration | null {
  const [migration, setMigration] = useState<Migration | null>(null);
  useEffect(
    () =>
      followAddress(room, {
        onMoved: ({ publicUrl, resumes }) => {
          onMoved(publicUrl);
          setMigration({ publicUrl, resumes });
        },
        freshToken: ({ publicUrl }) => joinLink(token, { name, base: publicUrl }).then((joined) => joined.token),
      }),
    [room, token, name, onMoved],
  );
  return migration;
}
