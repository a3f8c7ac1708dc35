using System.Globalization;
using HotlinePush.Clocks;
using HotlinePush.Tickets;

namespace HotlinePush.Inbound.TwilioVoice;

/// <summary>What the menu says, in both languages. Short sentences: nobody can look back.</summary>
internal static class VoiceTexts
{
    public static string Greeting(bool en) => en
        ? "This is the 12345 government service hotline. In an emergency, hang up and dial 110, 119 or 120."
        : "您好，这里是12345政务服务便民热线。紧急情况请挂机，拨打110、119或者120。";

    public static string Menu(bool en) => en
        ? "To make a request, press 1. For the progress of your requests, press 2. For subsidy and other notices, press 3. To speak to a person, press 0 at any time. To hear this again, press star."
        : "反映诉求请按1。查询办理进度请按2。查询补贴等通知请按3。转人工服务，任何时候都可以按0。重听请按星号键。";

    public static string OtherLanguage(bool en) => en ? "中文服务请按9。" : "For English, press 9.";

    public static string NotHeard(bool en) => en ? "Sorry, that key is not in use here." : "没有收到有效的按键。";

    public static string Consent(bool en) => en
        ? "After the tone, please say what happened, when, where, and what you ask for. What you say is recorded, and used for your request only. If you agree, press 1. If you agree and want your identity kept confidential, press 2. If you do not agree, press 0 and a person will write it down."
        : "请您在提示音后说明时间、地点、情况和要求。您说的话会被录音，只用于办理您的诉求。同意录音请按1。同意录音并要求对您的身份保密，请按2。不同意录音请按0，由话务员记录。";

    public static string Speak(bool en, int seconds) => en
        ? $"Please speak after the tone, for up to {seconds} seconds. Press the hash key when you have finished."
        : $"请在提示音后讲话，最长{seconds}秒，讲完请按井号键。";

    public static string Filed(bool en, string number, bool texted) => en
        ? $"Your request is registered under number {TwiML.Digits(number, en)}. Again: {TwiML.Digits(number, en)}. " + (texted ? "The number and a tracking code will be sent to you by text message." : "Your number is withheld, so please write it down.")
        : $"您的诉求已经登记，编号是{TwiML.Digits(number, en)}。再报一遍：{TwiML.Digits(number, en)}。" + (texted ? "编号和查询码会用短信发给您。" : "您的来电没有显示号码，请记下编号。");

    public static string AfterFiled(bool en) => en ? "For something else, press star. For a person, press 0. Otherwise you may hang up." : "还有其他事情请按星号键，转人工请按0，没有请挂机。";

    public static string NoProgress(bool en) => en ? "No open request was found under the number you are calling from." : "没有查到用这个号码登记、正在办理的诉求。";

    public static string HowMany(bool en, int count) => en ? (count == 1 ? "You have 1 open request." : $"You have {count} open requests.") : $"您有{count}件诉求正在办理。";

    /// <summary>State and deadline, and the end of the number to tell them apart: a caller's number can be forged, so nothing else.</summary>
    public static string Progress(bool en, int place, Ticket ticket)
    {
        var tail = TwiML.Digits(ticket.Number[^4..], en);
        var due = ticket.Latest(ClockKind.Resolve)?.DueAt is { } at ? CityZone.ToLocal(at) : (DateTimeOffset?)null;
        return en
            ? $"Number {place}, ending in {tail}: {StateName(ticket.State)}{(due is { } d ? ", to be answered by " + d.ToString("d MMMM", CultureInfo.InvariantCulture) : "")}."
            : $"第{place}件，编号末四位{tail}，{TicketTexts.StateName(ticket.State)}{(due is { } z ? $"，答复期限{z.Month}月{z.Day}日" : "")}。";
    }

    public static string More(bool en) => en ? "For the others, press 0 for a person." : "其余的请按0转人工查询。";

    public static string Subsidy(bool en) => en
        ? "Notices on subsidies, relocation and relief are looked up on our web page, with your mobile number and a one-time code sent to it. To have the address sent to you by text message, press 1. To go back, press star. For a person, press 0."
        : "补贴、拆迁、救助等通知请在网页上查询，用您的手机号码和短信验证码就可以查看。需要把网址用短信发给您，请按1。返回请按星号键，转人工请按0。";

    public static string LinkSent(bool en) => en ? "The address will be sent to you." : "网址会用短信发给您。";

    public static string LinkNotSent(bool en) => en ? "No text message can be sent to the number you are calling from." : "不能向您的来电号码发送短信。";

    public static string Connecting(bool en) => en ? "You are being connected. Please hold." : "正在为您转接人工服务，请稍候。";

    public static string Closed(bool en, TimeOnly from, TimeOnly until) => en
        ? $"The desk is open from {Time(from)} to {Time(until)}."
        : $"现在不是人工服务时间，人工服务时间是{Time(from)}到{Time(until)}。";

    public static string NoAnswer(bool en) => en ? "Sorry, nobody can take your call now." : "抱歉，现在无人接听。";

    public static string CallBack(bool en, bool known) => (en, known) switch
    {
        (true, true) => "We will call you back. You may also leave your request now.",
        (true, false) => "Your number is withheld, so we cannot call you back. You may leave your request now.",
        (false, true) => "我们会给您回电。您也可以现在留言。",
        (false, false) => "您的来电没有显示号码，我们不能给您回电。您可以现在留言。",
    };

    public static string Goodbye(bool en) => en ? "Thank you for calling. Goodbye." : "感谢您的来电，再见。";

    private static string Time(TimeOnly time) => time.ToString("H:mm", CultureInfo.InvariantCulture);

    private static string StateName(TicketState state) => state switch
    {
        TicketState.Received => "received",
        TicketState.Dispatched => "sent to the responsible office",
        TicketState.InProgress => "being worked on",
        _ => "answered, to be confirmed with you",
    };
}
