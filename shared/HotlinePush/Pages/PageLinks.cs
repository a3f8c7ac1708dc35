using Microsoft.AspNetCore.Http;

namespace HotlinePush.Pages;

/// <summary>The addresses of pages, in one place.</summary>
public static class PageLinks
{
    public static string Follow(string number, string code, string? done = null) =>
        $"/tickets/{Uri.EscapeDataString(number)}" + QueryString.Create("code", code) + (done is null ? "" : $"&done={done}");

    public static string Receipt(string number, string code) => $"/tickets/{Uri.EscapeDataString(number)}/receipt" + QueryString.Create("code", code);

    public static string UnitTicket(string number, string? done = null) => $"/unit/tickets/{Uri.EscapeDataString(number)}" + (done is null ? "" : $"?done={done}");

    public static string SignIn(string to) => "/sign-in" + QueryString.Create("to", to);
}
