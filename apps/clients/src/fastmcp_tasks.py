"""Calls a tool with FastMCP's client, and polls its task.

FastMCP's own extension for tasks is the package fastmcp-tasks. This is the same, as short as it can be.
"""

import asyncio
import json
import sys
from typing import Any, ClassVar, Literal

import mcp_types as types
from fastmcp import Client
from fastmcp.client.auth import BearerAuth
from mcp.client.extension import ClaimContext, ClientExtension, ResultClaim
from pydantic import ConfigDict, Field


class CreatedTask(types.Result):
    model_config = ConfigDict(extra="allow", populate_by_name=True)
    result_type: Literal["task"] = Field("task", alias="resultType")
    task_id: str = Field(alias="taskId")


class Task(types.Result):
    model_config = ConfigDict(extra="allow", populate_by_name=True)
    status: str
    result: dict[str, Any] | None = None
    poll_interval_ms: int = Field(1000, alias="pollIntervalMs")


class GetTask(types.Request[dict, Literal["tasks/get"]]):
    name_param: ClassVar[str | None] = "taskId"
    method: Literal["tasks/get"] = "tasks/get"
    params: dict


async def poll(created: CreatedTask, context: ClaimContext) -> types.CallToolResult:
    print("task")
    while True:
        task = await context.session.send_request(GetTask(params={"taskId": created.task_id}), Task)
        if task.status == "completed":
            return types.CallToolResult.model_validate(task.result)
        if task.status not in ("working", "input_required"):
            raise RuntimeError(f"the task is {task.status}")
        await asyncio.sleep(task.poll_interval_ms / 1000)


class Tasks(ClientExtension):
    identifier = "io.modelcontextprotocol/tasks"

    def claims(self) -> list[ResultClaim[CreatedTask]]:
        return [ResultClaim(result_type="task", model=CreatedTask, resolve=poll)]


async def main(url: str, token: str, tool: str, extensions: list[ClientExtension]) -> None:
    async with Client(url, auth=BearerAuth(token), extensions=extensions) as client:
        result = await client.call_tool(tool)
        print(json.dumps(result.structured_content))


url, token, tool, kind = sys.argv[1:]
asyncio.run(main(url, token, tool, [Tasks()] if kind == "tasks" else []))
