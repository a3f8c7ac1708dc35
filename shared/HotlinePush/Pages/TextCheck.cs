using HotlinePush.Web;

namespace HotlinePush.Pages;

/// <summary>Texts of a form that rules take as they come.</summary>
internal static class TextCheck
{
    public static Refusal? Of(FormState form, params ReadOnlySpan<string> fields)
    {
        var check = new Check();
        foreach (var field in fields)
            check.Text(field, form[field]);
        return check.Refusal;
    }
}
