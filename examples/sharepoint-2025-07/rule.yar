/*
   Reconstruction. Written for the Tocsin project as part of the demonstration alert
   "SharePoint, July 2025". Generic: it describes what small ASP.NET command pages have in common and
   was not derived from any incident, sample or published rule. Apache-2.0.
*/

rule tocsin_aspx_command_page
{
    meta:
        description = "Small ASP.NET page that feeds request input to an execution primitive"
        author = "Tocsin project"
        date = "2025-06-24"
        scope = "pages below layouts and template folders of a web application"
        score = 60

    strings:
        $page_directive = "<%@ Page" ascii wide nocase
        $handler_directive = "<%@ WebHandler" ascii wide nocase
        $server_script = "runat=\"server\"" ascii wide nocase

        $input_form = "Request.Form[" ascii wide nocase
        $input_query = "Request.QueryString[" ascii wide nocase
        $input_header = "Request.Headers[" ascii wide nocase
        $input_bytes = "Request.BinaryRead(" ascii wide nocase

        $exec_process = "ProcessStartInfo" ascii wide nocase
        $exec_interpreter = "cmd.exe /c" ascii wide nocase
        $exec_eval = "eval(Request" ascii wide nocase
        $exec_compile = "CompileAssemblyFromSource" ascii wide nocase

        $unpack_base64 = "Convert.FromBase64String(" ascii wide nocase
        $unpack_decrypt = "CreateDecryptor(" ascii wide nocase

    condition:
        filesize < 64KB and
        any of ($page_directive, $handler_directive, $server_script) and
        any of ($input_*) and
        (any of ($exec_*) or all of ($unpack_*))
}

rule tocsin_aspx_upload_page
{
    meta:
        description = "Small ASP.NET page that writes request input to a path taken from the request"
        author = "Tocsin project"
        date = "2025-06-24"
        scope = "pages below layouts and template folders of a web application"
        score = 50

    strings:
        $page_directive = "<%@ Page" ascii wide nocase
        $server_script = "runat=\"server\"" ascii wide nocase

        $path_mapped = "Server.MapPath(Request" ascii wide nocase
        $path_combined = "Path.Combine(Request" ascii wide nocase

        $write_bytes = "File.WriteAllBytes(" ascii wide nocase
        $write_text = "File.WriteAllText(" ascii wide nocase
        $write_saved = ".SaveAs(" ascii wide nocase

    condition:
        filesize < 16384 and
        1 of ($page_directive, $server_script) and
        1 of ($path_*) and
        1 of ($write_*)
}
