import { Controller, Get } from '@nestjs/common';
import { type Note, NotesService } from './notes.service';

/** What the app had before: REST, beside tRPC and MCP, on the same service. */
@Controller('notes')
export class NotesController {
  constructor(private readonly notes: NotesService) {}

  @Get()
  list(): Note[] {
    return this.notes.list();
  }
}
