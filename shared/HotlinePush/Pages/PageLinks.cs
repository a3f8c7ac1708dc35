using Microsoft.AspNetCore.Http;

namespace HotlinePush.Pages;

/// <summary>The addresses of pages, in one place.</summary>
public static class PageLinks
{
    public static string Follow(string number, string code, string? done = null) =>
        $"/tickets/{Uri.EscapeDataString(number)}" + QueryString.Create("code", code) + (done is null ? "" : $"&done={done}");

    /// <param name="failed">Why a file that came with the request was not stored.</param>
    public static string Receipt(string number, string code, string? failed = null) =>
        $"/tickets/{Uri.EscapeDataString(number)}/receipt" + QueryString.Create("code", code) + (failed is null ? "" : $"&files={failed}");

    public static string UnitTicket(string number) => $"/unit/tickets/{Uri.EscapeDataString(number)}";

    public static string UnitSheet(string number) => UnitTicket(number) + "/sheet";

    /// <param name="queue">The queue to come back to.</param>
    public static string DeskTicket(string number, string? queue = null) =>
        $"/desk/tickets/{Uri.EscapeDataString(number)}" + (queue is null ? "" : "?queue=" + queue);

    public static string DeskQueue(string? queue = null) => "/desk" + (queue is null ? "" : "?queue=" + queue);

    public static string SignIn(string to) => "/sign-in" + QueryString.Create("to", to);
}
