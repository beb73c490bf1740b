import { Injectable, NotFoundException } from '@nestjs/common';

export interface Note {
  id: number;
  text: string;
  author: string;
}

@Injectable()
export class NotesService {
  readonly #notes: Note[] = [{ id: 1, text: 'Water the plants', author: 'Ada' }];

  list(): Note[] {
    return this.#notes;
  }

  read(id: number): Note {
    const note = this.#notes.find((each) => each.id === id);
    if (!note) throw new NotFoundException(`No note has the id ${id}.`);
    return note;
  }

  add(text: string, author: string): Note {
    const note = { id: this.#notes.length + 1, text, author };
    this.#notes.push(note);
    return note;
  }
}
